// Names of files as they are: bytes, which need not be UTF-8. A byte that is none stands in our texts as U+DC80 to U+DCFF, a lone surrogate,
// which no valid name has (the way of PEP 383), so that each name has one text and each text one name.

const LONE = /[\udc80-\udcff]/u

export function pathOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text
  let path = ''
  for (let at = 0; at < bytes.length; ) {
    const length = [1, 2, 3, 4].find(count => isCharacter(bytes.subarray(at, at + count)))
    path += length === undefined ? String.fromCharCode(0xdc00 + bytes[at]!) : bytes.toString('utf8', at, at + length)
    at += length ?? 1
  }
  return path
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  return [...text].length === 1 && Buffer.from(text).equals(bytes)
}

export function isUtf8Name(path: string): boolean {
  return !LONE.test(path)
}

/** What the file system is asked for. */
export function systemPath(path: string): string | Buffer {
  return isUtf8Name(path) ? path : bytesOfPath(path)
}

export function bytesOfPath(path: string): Buffer {
  if (isUtf8Name(path)) return Buffer.from(path)
  return Buffer.concat(
    Array.from(path, character =>
      LONE.test(character) ? Buffer.from([character.charCodeAt(0) - 0xdc00]) : Buffer.from(character),
    ),
  )
}
