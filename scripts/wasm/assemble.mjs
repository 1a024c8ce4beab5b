// Assembles the WebAssembly functions of the engine from their text form into the bytes that the files named below hold.
// Knows no more of the format than those texts use: one exported memory, exported functions, instructions one a line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const I32 = 0x7f
const TYPES = { i32: I32, v128: 0x7b }
const VOID_BLOCK = 0x40

/** Opcodes without operands, and what kind of operand the others have. */
const OPCODES = {
  'local.get': { bytes: [0x20], operand: 'local' },
  'local.set': { bytes: [0x21], operand: 'local' },
  'local.tee': { bytes: [0x22], operand: 'local' },
  'i32.const': { bytes: [0x41], operand: 'number' },
  'i32.eqz': { bytes: [0x45] },
  'i32.eq': { bytes: [0x46] },
  'i32.ne': { bytes: [0x47] },
  'i32.lt_u': { bytes: [0x49] },
  'i32.gt_u': { bytes: [0x4b] },
  'i32.ctz': { bytes: [0x68] },
  'i32.popcnt': { bytes: [0x69] },
  'i32.add': { bytes: [0x6a] },
  'i32.sub': { bytes: [0x6b] },
  'i32.and': { bytes: [0x71] },
  'i32.or': { bytes: [0x72] },
  'i32.shl': { bytes: [0x74] },
  'i32.shr_u': { bytes: [0x76] },
  'i32.load8_u': { bytes: [0x2d], operand: 'memory' },
  'i32.store8': { bytes: [0x3a], operand: 'memory' },
  'i32.store16': { bytes: [0x3b], operand: 'memory' },
  'v128.load': { bytes: [0xfd, 0x00], operand: 'memory' },
  'v128.store': { bytes: [0xfd, 0x0b], operand: 'memory' },
  'v128.store64_lane': { bytes: [0xfd, 0x5b], operand: 'memory' },
  'v128.load64_zero': { bytes: [0xfd, 0x5d], operand: 'memory' },
  'v128.const': { bytes: [0xfd, 0x0c], operand: 'octet' },
  'i8x16.swizzle': { bytes: [0xfd, 0x0e] },
  'i8x16.eq': { bytes: [0xfd, 0x23] },
  'v128.and': { bytes: [0xfd, 0x4e] },
  'v128.andnot': { bytes: [0xfd, 0x4f] },
  'v128.or': { bytes: [0xfd, 0x50] },
  'v128.xor': { bytes: [0xfd, 0x51] },
  'v128.any_true': { bytes: [0xfd, 0x53] },
  'i8x16.bitmask': { bytes: [0xfd, 0xe4, 0x00] },
  'i8x16.add': { bytes: [0xfd, 0xee, 0x00] },
  loop: { bytes: [0x03, VOID_BLOCK], operand: 'label' },
  if: { bytes: [0x04, VOID_BLOCK] },
  else: { bytes: [0x05] },
  end: { bytes: [0x0b] },
  br: { bytes: [0x0c], operand: 'depth' },
  br_if: { bytes: [0x0d], operand: 'depth' },
  return: { bytes: [0x0f] },
}

function unsigned(number) {
  const bytes = []
  let rest = number
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}

function signed(number) {
  const bytes = []
  for (let rest = number; ; ) {
    const byte = rest & 0x7f
    rest >>= 7
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)
    bytes.push(done ? byte : byte | 0x80)
    if (done) return bytes
  }
}

const OPERANDS = {
  local: (text, locals) => unsigned(locals.indexOf(text)),
  number: text => signed(Number(text)),
  octet: text => new Array(16).fill(Number(text)),
  // An alignment of 2^0, then the offset.
  memory: text => [0, ...unsigned(Number(text.replace('offset=', '')))],
  label: () => [],
  // The block around, or as many further out as the number says.
  depth: text => unsigned(text.startsWith('$') ? 0 : Number(text)),
}

const text = bytes => [...unsigned(bytes.length), ...Buffer.from(bytes)]
const vector = items => [...unsigned(items.length), ...items.flat()]
const section = (id, content) => [id, ...unsigned(content.length), ...content]

/** One function: its type, and its code with the types of its locals in front. */
function functionOf(source) {
  const declared = [...source.matchAll(/\((?:param|local) (\$\w+) (\w+)\)/g)].map(([, name, type]) => ({ name, type }))
  const parameters = [...source.matchAll(/\(param /g)].length
  const locals = declared.map(({ name }) => name)
  const code = source
    .split('\n')
    .map(line => line.replace(/;;.*/, '').trim())
    .filter(line => /^[a-z]/.test(line))
    .flatMap(line => {
      const [word, operand, lane] = line.split(/\s+/)
      const opcode = OPCODES[word]
      if (opcode === undefined) throw new Error(`unknown instruction: ${line}`)
      const operands = opcode.operand === undefined ? [] : OPERANDS[opcode.operand](operand, locals)
      return [...opcode.bytes, ...operands, ...(lane === undefined ? [] : [Number(lane.replace('lane=', ''))])]
    })
  const types = declared.map(({ type }) => TYPES[type])
  const body = [...vector(types.slice(parameters).map(type => [1, type])), ...code, 0x0b]
  return {
    name: /^\(func \(export "(\w+)"\)/.exec(source)[1],
    type: [0x60, ...vector(types.slice(0, parameters).map(type => [type])), ...vector([[I32]])],
    body: [...unsigned(body.length), ...body],
  }
}

export function assemble(source) {
  const [head, ...rest] = source.split(/(?=\(func )/)
  const [, memory, pages] = /\(memory \(export "(\w+)"\) (\d+)\)/.exec(head)
  const functions = rest.map(functionOf)
  return Buffer.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(functions.map(({ type }) => type))),
    ...section(3, vector(functions.map((_, index) => [index]))),
    ...section(5, vector([[0, ...unsigned(Number(pages))]])),
    ...section(
      7,
      vector([[...text(memory), 2, 0], ...functions.map(({ name }, index) => [...text(name), 0, ...unsigned(index)])]),
    ),
    ...section(10, vector(functions.map(({ body }) => body))),
  ])
}

/** The text of each module, by the file of src/core that holds its bytes. */
export const SOURCES = {
  'canonicalize-body-simd': join(import.meta.dirname, 'relaxed-body.wat'),
  'canonicalize-header-wasm': join(import.meta.dirname, 'relaxed-field.wat'),
  'line-endings-simd': join(import.meta.dirname, 'line-ends.wat'),
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, path] of Object.entries(SOURCES)) {
    process.stdout.write(`${name}: ${assemble(readFileSync(path, 'utf8')).toString('base64')}\n`)
  }
}
