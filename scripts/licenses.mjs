// The licenses of the packages that are bundled into the program, as their authors ask for: one text next to the parts.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `modules` are absolute paths. */
export function licenseText(modules) {
  const folders = new Set(modules.flatMap(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  const parts = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const files = readdirSync(folder).filter(file => /^(?:licen[cs]e|copying|notice)/i.test(file))
    const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim())
    return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n')
  })
  return `dkim contains these packages:\n\n${parts.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`
}
