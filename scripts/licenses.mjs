// The licenses of the packages that are bundled into the program, as their authors ask for: one text beside the bundles.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `inputs` are the paths of esbuild's metafiles, relative to the root. */
export function licenseText(root, inputs) {
  const folders = new Set(inputs.flatMap(path => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  const parts = [...folders].sort().map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const files = readdirSync(join(root, folder)).filter(file => /^(?:licen[cs]e|copying|notice)/i.test(file))
    const texts = files.map(file => readFileSync(join(root, folder, file), 'utf8').trim())
    return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n')
  })
  return `dkim contains these packages:\n\n${parts.join(`\n\n${'-'.repeat(78)}\n\n`)}\n`
}
