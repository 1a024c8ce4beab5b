import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { expandSelectorTemplate, namesKeyType } from '../../../src/core/keys/selector-template.js'

const expand = (template: string, now = '2026-01-31T23:59:58Z') =>
  expandSelectorTemplate(template, { now: new Date(now), type: 'rsa', bits: 2048 })

describe('a selector template', () => {
  it.each([
    ['plain', 'plain'],
    ['s{date:%Y%m}', 's202601'],
    ['{date:%y%m%d%H%M%S}', '260131235958'],
    ['{date:%Y}q{date:%q}', '2026q1'],
    ['d{date:%j}', 'd031'],
    ['{type}-{bits}', 'rsa-2048'],
  ])('%s', (template, selector) => expect(expand(template)).toBe(selector))

  it('counts days and quarters over the year, in UTC', () => {
    expect(expand('{date:%j}', '2024-12-31T23:59:59Z')).toBe('366')
    expect(expand('{date:%j}', '2026-01-01T00:00:00Z')).toBe('001')
    expect(['03-31', '04-01', '09-30', '12-31'].map(day => expand('{date:%q}', `2026-${day}T00:00:00Z`))).toEqual([
      '1',
      '2',
      '3',
      '4',
    ])
  })

  it.each(['{', '}', 's{date}', '{date:%Q}', '{date:%', '{date:%}', '{random}', '{{type}}', '{type', 's{date:%Y%m}}'])(
    'refuses %s',
    template => expect(() => expand(template)).toThrow(DkimError),
  )

  it('knows whether the type tells keys apart', () => {
    expect(namesKeyType('s-{type}')).toBe(true)
    expect(namesKeyType('s{date:%Y}')).toBe(false)
  })
})
