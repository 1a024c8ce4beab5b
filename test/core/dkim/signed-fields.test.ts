import { describe, expect, it } from 'vitest'
import { indexFields, parseHeaderSection } from '../../../src/core/dkim/header.js'
import { DEFAULT_FIELDS, parseFieldChoices, signedFieldsOf } from '../../../src/core/dkim/signed-fields.js'
import { DkimError } from '../../../src/core/errors.js'

const index = (...names: string[]) =>
  indexFields(parseHeaderSection(Buffer.from(names.map(name => `${name}: x\r\n`).join(''))).fields)

describe('parseFieldChoices', () => {
  it('reads names, + for oversigning, and adds From', () => {
    expect(parseFieldChoices('From:+Subject, to')).toEqual([
      { name: 'from', mode: 'present' },
      { name: 'subject', mode: 'oversign' },
      { name: 'to', mode: 'present' },
    ])
    expect(parseFieldChoices('to').map(({ name }) => name)).toEqual(['from', 'to'])
  })

  it.each([
    '',
    ':',
    'from::to',
    'from:t o',
    'from:to;',
    'from:from',
    '+from:from',
    'from:\r\nX: y',
    'from:\0',
    'from:\xe4',
    'return-path',
    'dkim2-signature',
  ])('refuses %j', list => expect(() => parseFieldChoices(list)).toThrow(DkimError))
})

describe('h=', () => {
  const modes = [
    ['present', [0, 1, 2, 3]],
    ['oversign', [1, 2, 3, 4]],
    ['oversign-present', [0, 2, 3, 4]],
  ] as const

  it.each(modes)('R-02 %s: one name for each instance, and one more for oversigning', (mode, expected) => {
    for (let copies = 0; copies <= 3; copies += 1) {
      const names = signedFieldsOf([{ name: 'subject', mode }], index(...new Array(copies).fill('Subject')))
      expect(names).toEqual(new Array(expected[copies]).fill('subject'))
    }
  })

  it('R-01 by default oversigns what readers are shown, present or not', () => {
    const names = signedFieldsOf(
      DEFAULT_FIELDS,
      index(
        'From',
        'To',
        'Subject',
        'List-Unsubscribe',
        'Sender',
        'Received',
        'Return-Path',
        'DKIM-Signature',
        'Authentication-Results',
        'ARC-Seal',
        'X-Other',
      ),
    )
    const count = (name: string): number => names.filter(item => item === name).length
    for (const name of ['from', 'to', 'subject', 'list-unsubscribe']) expect([name, count(name)]).toEqual([name, 2])
    for (const name of [
      'cc',
      'date',
      'reply-to',
      'message-id',
      'in-reply-to',
      'references',
      'mime-version',
      'content-type',
      'content-transfer-encoding',
      'sender',
    ]) {
      expect([name, count(name)]).toEqual([name, 1])
    }
    for (const name of [
      'received',
      'return-path',
      'dkim-signature',
      'authentication-results',
      'arc-seal',
      'x-other',
      'list-unsubscribe-post',
      'dkim2-signature',
      'message-instance',
    ]) {
      expect([name, count(name)]).toEqual([name, 0])
    }
  })
})
