import { describe, expect, it } from 'vitest'
import { unreadable, unwritable } from '../../../src/commands/io/file-fault.js'
import { DkimError } from '../../../src/core/errors.js'

function fault(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, open 'a'`), { code, syscall: 'open' })
}

describe('faults of the file system', () => {
  it.each(['ENOENT', 'ENOTDIR', 'EACCES', 'EISDIR', 'ENOSPC', 'EROFS', 'ELOOP', 'EIO', 'EMEDIUMTYPE'])(
    '%s has one message and one hint, reading and writing',
    code => {
      expect(unreadable('a.eml', fault(code))).toMatchObject({
        code: 'input-unreadable',
        hint: expect.stringMatching(/./),
      })
      expect(unwritable('a.eml', fault(code))).toMatchObject({
        code: 'output-failed',
        hint: expect.stringMatching(/./),
      })
    },
  )

  it('tells of standard input by its name', () => {
    expect(unreadable('-', fault('EIO')).message).toContain('standard input')
  })

  it('has the hint of its caller where the file is missing, not where it may not be read', () => {
    const options = { code: 'zone-invalid', hint: 'name a zone file' } as const
    expect(unreadable('zone', fault('ENOENT'), options)).toMatchObject({
      code: 'zone-invalid',
      hint: 'name a zone file',
    })
    expect(unreadable('zone', fault('EACCES'), options).hint).not.toBe('name a zone file')
  })

  it('passes errors of ours through, and throws on what is no fault of the file system', () => {
    const ours = new DkimError('limit', 'too large', 'take a smaller one')
    expect(unreadable('a', ours)).toBe(ours)
    expect(unwritable('a', ours)).toBe(ours)
    expect(() => unreadable('a', new TypeError('x is not a function'))).toThrow(TypeError)
    expect(() => unwritable('a', new TypeError('x is not a function'))).toThrow(TypeError)
  })
})
