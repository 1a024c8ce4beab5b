// The options of dkim lookup.

export type { LookupOptions } from './lookup.js'
