export * from './errors.js'
export * from './line-endings.js'
