// The types for `require('dkim-toolkit')`: the package is ES modules, which Node.js 20.19 and later can require, but TypeScript's
// `node16` refuses to let CommonJS import the types of an ES module. One index.d.cts per entry declares the same names again.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const ESM = `with { 'resolution-mode': 'import' }`

/** The names that an index of re-exports has, types included. */
function namesIn(declarations) {
  return Array.from(declarations.matchAll(/export (type )?\{([^}]*)\}/g), ([, , list]) => list.split(','))
    .flat()
    .map(name => name.trim().replace(/^type /, ''))
    .filter(name => name !== '')
}

async function commonJsTypes(folder) {
  const api = await import(pathToFileURL(join(folder, 'index.js')).href)
  const lines = namesIn(readFileSync(join(folder, 'index.d.ts'), 'utf8')).map(name => {
    const value = api[name]
    if (value === undefined) return `export type { ${name} } from './index.js' ${ESM}`
    const isClass = typeof value === 'function' && /^class\b/.test(String(value))
    const type = isClass ? `\nexport type ${name} = api.${name}` : ''
    return `export declare const ${name}: typeof api.${name}${type}`
  })
  return `import type * as api from './index.js' ${ESM}\n${lines.join('\n')}\n`
}

/** Into every folder of `core` that is an entry of the package. */
export async function writeCommonJsTypes(core) {
  const folders = ['.', ...readdirSync(core)].map(name => join(core, name))
  for (const folder of folders.filter(folder => existsSync(join(folder, 'index.d.ts')))) {
    writeFileSync(join(folder, 'index.d.cts'), await commonJsTypes(folder))
  }
}
