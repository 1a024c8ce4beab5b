// For every dialect a reader of its own, written from the documentation of the place that reads it and sharing no code with the writers.

import type { DialectName } from '../../src/report/records/dialects.js'

/** What a place understood: names without their final dot. `name` is null where the dialect has none. */
export interface Decoded {
  readonly name: string | null
  readonly type: 'TXT' | 'CNAME'
  /** Null where the dialect has none. */
  readonly ttl: number | null
  /** The character-strings, where the dialect cuts them; the whole text where the place does. */
  readonly strings: readonly string[]
}

type Decoder = (text: string, zone: string) => Decoded[]

const undot = (name: string): string => name.replace(/\.$/, '')
const join = (relative: string, zone: string): string => `${relative}.${zone}`

function fail(what: string): never {
  throw new Error(`not understood: ${what}`)
}

/** RFC 1035 §5.1, character by character: tokens and quoted strings of one line. */
export function masterTokens(line: string): { text: string; quoted: boolean }[] {
  const tokens: { text: string; quoted: boolean }[] = []
  let index = 0
  const escaped = (): string => {
    const digits = line.slice(index + 1, index + 4)
    if (/^\d{3}$/.test(digits)) {
      index += 4
      return String.fromCharCode(Number(digits))
    }
    const character = line[index + 1] ?? fail('a backslash at the end')
    index += 2
    return character
  }
  while (index < line.length) {
    const character = line[index]!
    if (character === ' ' || character === '\t') {
      index += 1
    } else if (character === ';') {
      break
    } else if (character === '"') {
      let text = ''
      index += 1
      while (line[index] !== '"') {
        if (index >= line.length) fail('an open quote')
        if (line[index] === '\\') text += escaped()
        else text += line[index++]
      }
      index += 1
      tokens.push({ text, quoted: true })
    } else {
      let text = ''
      while (index < line.length && !' \t;"'.includes(line[index]!)) {
        if (line[index] === '\\') text += escaped()
        else text += line[index++]
      }
      tokens.push({ text, quoted: false })
    }
  }
  return tokens
}

function masterData(type: 'TXT' | 'CNAME', data: string): string[] {
  const tokens = masterTokens(data)
  if (type === 'CNAME')
    return tokens.length === 1 && tokens[0]!.text.endsWith('.') ? [undot(tokens[0]!.text)] : fail(data)
  if (tokens.some(({ quoted }) => !quoted)) fail(`an unquoted string in ${data}`)
  return tokens.map(({ text }) => text)
}

function masterLine(line: string, zone: string): Decoded {
  const [owner, ttl, dnsClass, type, ...data] = masterTokens(line)
  if (dnsClass?.text !== 'IN' || (type?.text !== 'TXT' && type?.text !== 'CNAME')) fail(line)
  const name = owner!.text.endsWith('.') ? undot(owner!.text) : join(owner!.text, zone)
  const strings = data.map(({ text }) => (type.text === 'CNAME' ? undot(text) : text))
  if (type.text === 'TXT' && data.some(({ quoted }) => !quoted)) fail(line)
  return { name, type: type.text, ttl: Number(ttl!.text), strings }
}

const lines = (text: string): string[] => {
  if (!text.endsWith('\n')) fail('a last line without an end')
  return text.slice(0, -1).split('\n')
}

/** XCU §2.2: words of one simple command; variables stay as they are, but only inside double quotes. */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word: string | null = null
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index]!
    if (character === "'") {
      const end = line.indexOf("'", index + 1)
      if (end === -1) fail('an open single quote')
      word = (word ?? '') + line.slice(index + 1, end)
      index = end
    } else if (character === '"') {
      const end = line.indexOf('"', index + 1)
      const inside = line.slice(index + 1, end)
      if (end === -1 || !/^\$[A-Z_]+$/.test(inside)) fail('a double quoted word that is no variable')
      word = (word ?? '') + inside
      index = end
    } else if (character === '\\') {
      word = (word ?? '') + line[index + 1]
      index += 1
    } else if (character === ' ') {
      if (word !== null) words.push(word)
      word = null
    } else if (/[A-Za-z0-9_./:=@%+,-]/.test(character)) {
      word = (word ?? '') + character
    } else {
      fail(`${character} outside quotes`)
    }
  }
  if (word !== null) words.push(word)
  return words
}

const option = (words: readonly string[], name: string): string => {
  const index = words.indexOf(name)
  if (index !== -1) return words[index + 1] ?? fail(name)
  return words.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1) ?? fail(`no ${name}`)
}

const recordType = (text: unknown): 'TXT' | 'CNAME' => (text === 'TXT' || text === 'CNAME' ? text : fail(String(text)))

/** YAML 1.2: the block mappings and sequences with single-quoted, double-quoted (plain inside) or plain scalars that these dialects use. */
function yamlPairs(text: string): [string, string][] {
  return lines(text).map(line => {
    const match = /^(?:- )?\s*('(?:[^']|'')*'|[a-z_.]+):(?: (!unsafe )?(.*))?$/.exec(line) ?? fail(line)
    return [yamlScalar(match[1]!), yamlScalar(match[3] ?? '')]
  })
}

function yamlScalar(text: string): string {
  if (text.startsWith("'")) return (/^'((?:[^']|'')*)'$/.exec(text)?.[1] ?? fail(text)).replaceAll("''", "'")
  if (text.startsWith('"')) return /^"([^"\\]*)"$/.exec(text)?.[1] ?? fail(text)
  if (/[:#'"{}[\]&*!|>%@`]/.test(text)) fail(`a plain scalar: ${text}`)
  return text
}

/** HCL native syntax: a quoted template without interpolations. */
function hclString(literal: string): string {
  const match = /^"(.*)"$/s.exec(literal) ?? fail(literal)
  const inner = match[1]!
  let text = ''
  for (let index = 0; index < inner.length; ) {
    const rest = inner.slice(index)
    if (rest.startsWith('$${') || rest.startsWith('%%{')) {
      text += rest.slice(1, 3)
      index += 3
    } else if (rest.startsWith('${') || rest.startsWith('%{')) {
      fail('an interpolation')
    } else if (rest[0] === '\\') {
      if (rest[1] !== '"' && rest[1] !== '\\') fail('an escape')
      text += rest[1]
      index += 2
    } else if (rest[0] === '"') {
      fail('an early quote')
    } else {
      text += rest[0]
      index += 1
    }
  }
  return text
}

interface HclBlock {
  readonly type: string
  readonly label: string
  readonly values: ReadonlyMap<string, string>
}

function hclBlocks(text: string): HclBlock[] {
  return text.split(/\n(?=resource )/).map(block => {
    const [head = '', ...body] = lines(block.endsWith('\n') ? block : `${block}\n`)
    const [, type, label] = /^resource "([a-z0-9_]+)" "([A-Za-z_][A-Za-z0-9_-]*)" \{$/.exec(head) ?? fail(head)
    const values = new Map<string, string>()
    for (const line of body) {
      const pair = /^\s+([a-z_]+)\s+= (.*)$/.exec(line)
      if (pair !== null) values.set(pair[1]!, pair[2]!)
      else if (!/^(?:\s*\}|\s+record \{|)$/.test(line)) fail(line)
    }
    return { type: type!, label: label!, values }
  })
}

const listItem = (list: string): string => hclString(/^\[(.*)\]$/s.exec(list)?.[1] ?? fail(list))

/** PowerShell: a literal in single quotes. */
function powershellLiteral(text: string, after: string): string {
  const start = text.indexOf(`${after}'`) + after.length
  if (start < after.length) fail(after)
  const match = /^'((?:[^']|'')*)'/.exec(text.slice(start)) ?? fail(text)
  return match[1]!.replaceAll("''", "'")
}

function powershellSeconds(text: string): number {
  const [, day = '0', hour, minute, second] = /-TimeToLive (?:(\d+)\.)?(\d\d):(\d\d):(\d\d)/.exec(text) ?? fail(text)
  return Number(day) * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second)
}

interface JsonRecord {
  readonly type: string
  readonly name: string
  readonly content: string
  readonly data: string
  readonly ttl: number
  readonly proxied?: boolean
}

export const DECODERS = {
  bind: (text, zone) => lines(text).map(line => masterLine(line, zone)),
  txt: text => lines(text).map(line => ({ name: null, type: 'TXT', ttl: null, strings: [line] })),
  p: text => lines(text).map(line => ({ name: null, type: 'TXT', ttl: null, strings: [line] })),
  panel: (text, zone) =>
    text.split(/^(?=Add a record:|Change the record)/m).map(form => {
      const field = (name: string): string => new RegExp(`^  ${name} +(.*)$`, 'm').exec(form)?.[1] ?? fail(name)
      const type = recordType(field('Type'))
      const value = type === 'TXT' ? field('Value') : undot(field('Target'))
      return { name: join(field('Name'), zone), type, ttl: Number(field('TTL')), strings: [value] }
    }),
  json: text => {
    const { records } = JSON.parse(text) as {
      records: { name: string; type: string; ttl: number; value: string; strings?: string[] }[]
    }
    return records.map(({ name, type, ttl, value, strings }) => {
      if (strings !== undefined && strings.join('') !== value) fail('strings that are not the value')
      return { name, type: recordType(type), ttl, strings: strings ?? [undot(value)] }
    })
  },
  // tinydns-data: "\ooo" is an octal octet everywhere.
  tinydns: text =>
    lines(text).map(line => {
      const kind = line[0]
      const [name, data, ttl, ...rest] = line.slice(1).split(':')
      if (rest.length > 0 || (kind !== "'" && kind !== 'C')) fail(line)
      const octets = (field: string): string =>
        field.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
      if (data!.replace(/\\\d{3}/g, '').includes('\\')) fail(line)
      return { name: name!, type: kind === 'C' ? 'CNAME' : 'TXT', ttl: Number(ttl), strings: [octets(data!)] }
    }),
  // dnsmasq: quotes protect commas; inside them a backslash quotes `"` and `\` (and t, n, b, e, r mean controls).
  dnsmasq: text =>
    lines(text).map(line => {
      const [, name, data] = /^txt-record=([^,]+),(.*)$/.exec(line) ?? fail(line)
      const strings: string[] = []
      let rest = data!
      for (;;) {
        const match = /^"((?:[^"\\]|\\["\\])*)"(,|$)/.exec(rest) ?? fail(rest)
        strings.push(match[1]!.replace(/\\(.)/g, '$1'))
        rest = rest.slice(match[0].length)
        if (match[2] === '') break
      }
      return { name: name!, type: 'TXT', ttl: null, strings }
    }),
  // unbound.conf: a single-quoted word ends at the next "'".
  unbound: text => {
    const [head, ...rest] = lines(text)
    if (head !== 'server:') fail(String(head))
    return rest.map(line => {
      const [, word] = /^ {2}local-data: '([^']*)'$/.exec(line) ?? fail(line)
      return masterLine(word!, '')
    })
  },
  nsupdate: text =>
    lines(text).flatMap(line => {
      if (line.startsWith('update add ')) return [masterLine(line.slice('update add '.length), '')]
      if (!/^(?:zone \S+|prereq [ny]xrrset \S+ \S+|update delete \S+ \S+|send)$/.test(line)) fail(line)
      return []
    }),
  powerdns: text =>
    lines(text).map(line => {
      const [program, verb, zone, name, type, ttl, data, ...rest] = shellWords(line)
      if (program !== 'pdnsutil' || !/^(?:add-record|replace-rrset)$/.test(verb!) || rest.length > 0) fail(line)
      const kind = recordType(type)
      return { name: join(name!, zone!), type: kind, ttl: Number(ttl), strings: masterData(kind, data!) }
    }),
  route53: text => {
    const { Changes } = JSON.parse(text) as {
      Changes: {
        Action: string
        ResourceRecordSet: { Name: string; Type: string; TTL: number; ResourceRecords: { Value: string }[] }
      }[]
    }
    return Changes.map(({ Action, ResourceRecordSet: set }) => {
      if (!/^(?:CREATE|UPSERT)$/.test(Action) || set.ResourceRecords.length !== 1) fail(Action)
      const type = recordType(set.Type)
      return { name: undot(set.Name), type, ttl: set.TTL, strings: masterData(type, set.ResourceRecords[0]!.Value) }
    })
  },
  cloudflare: text => {
    const body = JSON.parse(text) as JsonRecord | { posts: JsonRecord[] }
    return ('posts' in body ? body.posts : [body]).map(({ type, name, content, ttl, proxied }) => {
      const kind = recordType(type)
      if (kind === 'CNAME' && proxied !== false) fail('a proxied CNAME')
      return { name, type: kind, ttl, strings: kind === 'TXT' ? masterData(kind, content) : [content] }
    })
  },
  // gcloud topic escaping: "^DELIM^" in front of a list changes its delimiter from the comma.
  gcloud: text =>
    lines(text).map(line => {
      const words = shellWords(line)
      if (!/^gcloud dns record-sets (?:create|update) /.test(line) || option(words, '--zone') !== '$DNS_ZONE')
        fail(line)
      const list = option(words, '--rrdatas')
      const [, delimiter = ',', items = list] = /^\^([^^]+)\^(.*)$/s.exec(list) ?? []
      const parts = items.split(delimiter)
      if (parts.length !== 1) fail('several items')
      const type = recordType(option(words, '--type'))
      return { name: undot(words[4]!), type, ttl: Number(option(words, '--ttl')), strings: masterData(type, parts[0]!) }
    }),
  azure: text => {
    const commands = lines(text).map(shellWords)
    const sets = commands.filter(words => words[5] === 'create')
    return sets.map(words => {
      const type = recordType(words[4]!.toUpperCase())
      const name = option(words, '--name')
      const zone = option(words, '--zone-name')
      const filled = commands.find(
        other =>
          other[5] === (type === 'TXT' ? 'add-record' : 'set-record') && option(other, '--record-set-name') === name,
      )
      const value = option(filled ?? fail('no value'), type === 'TXT' ? '--value' : '--cname')
      return { name: join(name, zone), type, ttl: Number(option(words, '--ttl')), strings: [value] }
    })
  },
  digitalocean: (text, zone) =>
    text.split(/\n(?=\{)/).map(body => {
      const { type, name, data, ttl } = JSON.parse(body) as JsonRecord
      const kind = recordType(type)
      return { name: join(name, zone), type: kind, ttl, strings: [kind === 'TXT' ? data : undot(data)] }
    }),
  gandi: (text, zone) =>
    text.split(/\n(?=\{)/).map(body => {
      const set = JSON.parse(body) as {
        rrset_name: string
        rrset_type: string
        rrset_ttl: number
        rrset_values: string[]
      }
      const type = recordType(set.rrset_type)
      return {
        name: join(set.rrset_name, zone),
        type,
        ttl: set.rrset_ttl,
        strings: masterData(type, set.rrset_values[0]!),
      }
    }),
  // The provider puts quotes around the value: inside, two strings meet as `""`.
  'terraform-aws': text =>
    hclBlocks(text).map(({ type: resource, values }) => {
      if (resource !== 'aws_route53_record') fail(resource)
      const type = recordType(hclString(values.get('type')!))
      const value = listItem(values.get('records')!)
      const strings = type === 'TXT' ? masterData(type, `"${value}"`) : [value]
      return { name: hclString(values.get('name')!), type, ttl: Number(values.get('ttl')), strings }
    }),
  'terraform-cloudflare': text =>
    hclBlocks(text).map(({ type: resource, values }) => {
      if (resource !== 'cloudflare_dns_record') fail(resource)
      const type = recordType(hclString(values.get('type')!))
      const content = hclString(values.get('content')!)
      const strings = type === 'TXT' ? masterData(type, content) : [content]
      return { name: hclString(values.get('name')!), type, ttl: Number(values.get('ttl')), strings }
    }),
  'terraform-google': text =>
    hclBlocks(text).map(({ type: resource, values }) => {
      if (resource !== 'google_dns_record_set') fail(resource)
      const type = recordType(hclString(values.get('type')!))
      const strings = masterData(type, listItem(values.get('rrdatas')!))
      return { name: undot(hclString(values.get('name')!)), type, ttl: Number(values.get('ttl')), strings }
    }),
  'terraform-azure': text =>
    hclBlocks(text).map(({ type: resource, values }) => {
      const type = resource === 'azurerm_dns_txt_record' ? 'TXT' : 'CNAME'
      const name = join(hclString(values.get('name')!), hclString(values.get('zone_name')!))
      const value = hclString(values.get(type === 'TXT' ? 'value' : 'record')!)
      return { name, type, ttl: Number(values.get('ttl')), strings: [value] }
    }),
  // octoDNS (escaped_semicolons, the default before version 2): "\;" is ";", and a bare ";" is refused.
  octodns: (text, zone) => {
    const pairs = yamlPairs(text)
    return Array.from({ length: pairs.length / 4 }, (_, index) => {
      const [[name], [, type], [, ttl], [, value]] = pairs.slice(4 * index) as [
        [string, string],
        [string, string],
        [string, string],
        [string, string],
      ]
      const kind = recordType(type)
      if (kind === 'TXT' && /(?:^|[^\\]);/.test(value)) fail('an unescaped semicolon')
      return {
        name: join(name, zone),
        type: kind,
        ttl: Number(ttl),
        strings: [kind === 'TXT' ? value.replaceAll('\\;', ';') : undot(value)],
      }
    })
  },
  dnscontrol: text => {
    const found: Decoded[] = []
    // The file is JavaScript and is run as that, with the few functions of DNSControl that occur.
    const record = (type: 'TXT' | 'CNAME') => (name: string, value: string, ttl: number) => ({ type, name, value, ttl })
    const extend = (zone: string, ...records: ReturnType<ReturnType<typeof record>>[]): void => {
      for (const { type, name, value, ttl } of records) {
        found.push({ name: join(name, zone), type, ttl, strings: [type === 'TXT' ? value : undot(value)] })
      }
    }
    new Function('D_EXTEND', 'TXT', 'CNAME', 'TTL', text)(extend, record('TXT'), record('CNAME'), (ttl: number) => ttl)
    return found
  },
  ansible: text =>
    text
      .split(/^(?=- name)/m)
      .filter(task => task !== '')
      .map(task => {
        const values = new Map(yamlPairs(task.replace(/^ {6}- .*\n/m, '')))
        // The module splits a text at its commas: only a list of one text is safe.
        const [, value] =
          /^ {4}value:\n {6}- !unsafe (.*)$/m.exec(task) ?? fail('a value that is a template, or no list')
        const type = recordType(values.get('type'))
        const name = join(values.get('record')!, values.get('zone')!)
        return {
          name,
          type,
          ttl: Number(values.get('ttl')),
          strings: masterData(type, yamlScalar(value!)),
        }
      }),
  powershell: text =>
    lines(text)
      .filter(line => !line.startsWith('Remove-'))
      .map(line => {
        if (line.startsWith('Invoke-CimMethod '))
          return masterLine(powershellLiteral(line, 'TextRepresentation = '), '')
        const name = join(powershellLiteral(line, '-Name '), powershellLiteral(line, '-ZoneName '))
        const ttl = powershellSeconds(line)
        return line.includes(' -CName ')
          ? { name, type: 'CNAME', ttl, strings: [undot(powershellLiteral(line, '-HostNameAlias '))] }
          : { name, type: 'TXT', ttl, strings: [powershellLiteral(line, '-DescriptiveText ')] }
      }),
} as const satisfies Record<DialectName, Decoder>
