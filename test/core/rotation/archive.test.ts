import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { ARCHIVE_LIMITS, unpack } from '../../../src/core/rotation/archive.js'
import { readAggregateReport } from '../../../src/core/rotation/dmarc-report.js'
import { ZIP_FILES } from './zip-files.js'

const report = Buffer.from('<feedback></feedback>')

describe('archives of reports', () => {
  it.each(Object.entries(ZIP_FILES))('a ZIP file, %s', (_how, base64) => {
    const files = unpack(Buffer.from(base64, 'base64'), 'r.zip')
    expect(files).toHaveLength(1)
    const { uses } = readAggregateReport(files[0]!.bytes, files[0]!.name, 'example.com')
    expect(uses).toMatchObject([{ selector: 's1', pass: true, messages: 7 }])
  })

  it('gzip, and what is no archive', () => {
    expect(unpack(gzipSync(report), 'r.xml.gz')).toEqual([{ name: 'r.xml', bytes: report }])
    expect(unpack(report, 'r.xml')).toEqual([{ name: 'r.xml', bytes: report }])
  })

  it('goes by the bytes, not by the name', () => {
    expect(unpack(gzipSync(report), 'r.zip')).toEqual([{ name: 'r.zip', bytes: report }])
  })

  it('two members of one gzip file are one file', () => {
    const both = Buffer.concat([gzipSync(report.subarray(0, 5)), gzipSync(report.subarray(5))])
    expect(unpack(both, 'r.gz')[0]?.bytes).toEqual(report)
  })

  it('stops at the limit of size, of depth and of files', () => {
    const limit = expect.objectContaining({ code: 'limit' })
    const bomb = gzipSync(Buffer.alloc(ARCHIVE_LIMITS.bytes + 1), { level: 1 })
    expect(() => unpack(bomb, 'r.gz')).toThrow(limit)
    expect(() => unpack(gzipSync(gzipSync(gzipSync(report))), 'r.gz')).toThrow(limit)
    expect(unpack(gzipSync(gzipSync(report)), 'r.gz')[0]?.bytes).toEqual(report)
    const many = Buffer.from(ZIP_FILES.deflated, 'base64')
    many.writeUInt16LE(ARCHIVE_LIMITS.entries + 1, many.length - 22 + 10)
    expect(() => unpack(many, 'r.zip')).toThrow(limit)
  }, 60_000)

  it('refuses what is damaged, encrypted, or packed in another way', () => {
    const zip = () => Buffer.from(ZIP_FILES.nested, 'base64')
    const directory = zip().indexOf('PK\x01\x02', 0, 'latin1')
    const unreadable = expect.objectContaining({ code: 'input-unreadable' })
    const encrypted = zip()
    encrypted.writeUInt16LE(1, directory + 8)
    const method = zip()
    method.writeUInt16LE(14, directory + 10)
    const offset = zip()
    offset.writeUInt32LE(0xffff_fff0, directory + 42)
    for (const bytes of [encrypted, method, offset, zip().subarray(0, 60), gzipSync(report).subarray(0, 12)]) {
      expect(() => unpack(bytes, 'r.zip')).toThrow(unreadable)
    }
  })

  it('throws nothing but its own error, whatever is changed', () => {
    const zip = Buffer.from(ZIP_FILES.deflated, 'base64')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: zip.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const changed = Buffer.from(zip)
        changed[at] = value
        try {
          unpack(changed, 'r.zip')
        } catch (error) {
          expect(error).toBeInstanceOf(DkimError)
        }
      }),
      { numRuns: 500 },
    )
  })
})
