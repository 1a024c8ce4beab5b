export * from 'chalk'
