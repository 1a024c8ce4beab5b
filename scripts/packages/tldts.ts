export * from 'tldts'
