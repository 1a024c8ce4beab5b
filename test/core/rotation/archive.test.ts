import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DkimError } from '../../../src/core/errors.js'
import { ARCHIVE_LIMITS, unpack as unpacked } from '../../../src/core/rotation/archive.js'
import { readAggregateReport } from '../../../src/core/rotation/dmarc-report.js'
import { ZIP_FILES } from './zip-files.js'

const report = Buffer.from('<feedback></feedback>')

/** The files; the first that cannot be unpacked throws. */
function unpack(bytes: Uint8Array, name: string) {
  return [...unpacked(bytes, name)].map(file => {
    if ('error' in file) throw file.error
    return file
  })
}

/** A ZIP file of deflated files (APPNOTE 4.3.7, 4.3.12, 4.3.16). */
function zipOf(files: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const [local, directory]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, bytes] of files) {
    const data = deflateRawSync(bytes, { level: 1 })
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(8, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(name.length, 22)
    const where = Buffer.alloc(14)
    where.writeUInt32LE(at, 10)
    const entry = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data])
    local.push(entry)
    directory.push(Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, where, Buffer.from(name))
    at += entry.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...local, entries, end])
}

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
    const largest = gzipSync(Buffer.alloc(ARCHIVE_LIMITS.report), { level: 1 })
    expect(unpack(largest, 'r.gz')[0]?.bytes).toHaveLength(ARCHIVE_LIMITS.report)
    expect(() => unpack(gzipSync(Buffer.alloc(ARCHIVE_LIMITS.report + 1), { level: 1 }), 'r.gz')).toThrow(limit)
    expect(() => unpack(gzipSync(gzipSync(gzipSync(report))), 'r.gz')).toThrow(limit)
    expect(unpack(gzipSync(gzipSync(report)), 'r.gz')[0]?.bytes).toEqual(report)
    const many = (count: number) => zipOf(Array.from({ length: count }, (_, index) => [`${index}.xml`, report]))
    expect(unpack(many(ARCHIVE_LIMITS.entries), 'r.zip')).toHaveLength(ARCHIVE_LIMITS.entries)
    expect(() => unpack(many(ARCHIVE_LIMITS.entries + 1), 'r.zip')).toThrow(limit)
    expect(() => unpack(many(0xffff), 'r.zip')).toThrow(limit)
  }, 60_000)

  it('bounds all the files of one archive together, and gives those before the bound', () => {
    const half = Buffer.alloc(ARCHIVE_LIMITS.bytes / 2)
    const fits = [
      ...unpacked(
        zipOf([
          ['a', half],
          ['b', half],
        ]),
        'r.zip',
      ),
    ]
    expect(fits.map(({ name }) => name)).toEqual(['r.zip/a', 'r.zip/b'])
    const over = [
      ...unpacked(
        zipOf([
          ['a', half],
          ['b', half],
          ['c', report],
        ]),
        'r.zip',
      ),
    ]
    expect(over.map(file => ('error' in file ? file.error.code : 'read'))).toEqual(['read', 'read', 'limit'])
  }, 60_000)

  it('pays for bombs out of the same bound', () => {
    const bomb = Buffer.alloc(ARCHIVE_LIMITS.report + 1)
    const files = [
      ...unpacked(
        zipOf([
          ['a', bomb],
          ['b', bomb],
          ['c', report],
        ]),
        'r.zip',
      ),
    ]
    expect(files.map(file => ('error' in file ? file.error.code : 'read'))).toEqual(['limit', 'limit', 'limit'])
  }, 60_000)

  it('names the one file that is damaged, and gives the others', () => {
    const zip = zipOf([
      ['a.xml', report],
      ['b.xml', report],
      ['c.xml', report],
    ])
    zip[zip.indexOf('b.xml') + 5]! ^= 0xff
    const files = [...unpacked(zip, 'r.zip')]
    expect(files.map(({ name }) => name)).toEqual(['r.zip/a.xml', 'r.zip/b.xml', 'r.zip/c.xml'])
    expect(files.map(file => 'error' in file)).toEqual([false, true, false])
  })

  it('leaves out what macOS adds', () => {
    const files = unpack(
      zipOf([
        ['a.xml', report],
        ['__MACOSX/._a.xml', report],
        ['d/._b.xml', report],
        ['.DS_Store', report],
      ]),
      'r.zip',
    )
    expect(files.map(({ name }) => name)).toEqual(['r.zip/a.xml'])
  })

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
