// Names in DNS: presentation form to lower case text and back to labels (RFC 1035 §5.1, RFC 4343).
// The text form has no final dot; an octet that is no plain label character is written \DDD, so that two names are equal where their texts are.

const PLAIN = /^[A-Za-z0-9_*/+=@-]$/
/** Most names have nothing to escape. */
const PLAIN_NAME = /^(?:[A-Za-z0-9_*/+=@-]{1,63}\.)*[A-Za-z0-9_*/+=@-]{1,63}$/
const MAX_LABEL = 63
const MAX_WIRE = 255
/** Labels with their lengths and the root behind them: two octets more than as text. */
const MAX_PLAIN = MAX_WIRE - 2

/** One label as text: lower case, every other octet escaped, a dot inside a label too (it separates nothing). */
export function labelText(octets: Uint8Array): string {
  let text = ''
  for (const octet of octets) {
    const character = String.fromCharCode(octet)
    text += PLAIN.test(character) ? character.toLowerCase() : `\\${String(octet).padStart(3, '0')}`
  }
  return text
}

/** The octets of an escaped text: \DDD and \X (RFC 1035 §5.1); undefined where an escape is cut or above 255. */
export function unescapeText(text: string): Buffer | undefined {
  const octets: number[] = []
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] !== '\\') {
      octets.push(text.charCodeAt(index))
      continue
    }
    const digits = /^\d{3}/.exec(text.slice(index + 1, index + 4))
    if (digits !== null) {
      const octet = Number(digits[0])
      if (octet > 255) return undefined
      octets.push(octet)
      index += 3
    } else if (index + 1 < text.length) {
      octets.push(text.charCodeAt(index + 1))
      index += 1
    } else {
      return undefined
    }
  }
  return Buffer.from(octets)
}

/** The labels of a presentation name as escaped pieces; a dot behind a backslash separates nothing. */
function splitLabels(text: string): string[] {
  if (!text.includes('\\')) return text.split('.')
  const labels: string[] = []
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1
    else if (text[index] === '.') {
      labels.push(text.slice(start, index))
      start = index + 1
    }
  }
  labels.push(text.slice(start))
  return labels
}

/** The labels of a name as octets, for the wire; undefined where the name cannot be written. The root is no label at all. */
export function nameLabels(name: string): Buffer[] | undefined {
  if (name === '') return []
  const labels: Buffer[] = []
  let wire = 1
  for (const piece of splitLabels(name)) {
    const octets = unescapeText(piece)
    if (octets === undefined || octets.length === 0 || octets.length > MAX_LABEL) return undefined
    wire += octets.length + 1
    labels.push(octets)
  }
  return wire <= MAX_WIRE ? labels : undefined
}

/** A presentation name made absolute: lower case text without the final dot; undefined where it is none. */
export function absoluteName(text: string, origin: string): string | undefined {
  if (text === '@') return origin
  if (text === '.') return ''
  const isAbsolute = text.endsWith('.') && !/(?:^|[^\\])(?:\\\\)*\\\.$/.test(text)
  const relative = isAbsolute ? text.slice(0, -1) : text
  const whole = isAbsolute || origin === '' ? relative : `${relative}.${origin}`
  if (whole.length <= MAX_PLAIN && PLAIN_NAME.test(whole)) return whole.toLowerCase()
  return nameLabels(whole)?.map(labelText).join('.')
}

/** The name one label up; undefined for the root. */
export function parentName(name: string): string | undefined {
  if (name === '') return undefined
  const dot = splitLabels(name)[0]!.length
  return dot === name.length ? '' : name.slice(dot + 1)
}

/** A name that a query of ours may carry: letters, digits, hyphen and underscore only. Nothing else ever reaches the wire. */
export function isQueryName(name: string): boolean {
  return name.length > 0 && name.length <= 253 && name.split('.').every(label => /^[a-z0-9_-]{1,63}$/.test(label))
}
