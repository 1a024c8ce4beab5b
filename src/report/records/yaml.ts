// YAML 1.2 §7.3.2: in a single-quoted scalar nothing is special but the quote itself.

export function yamlString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
