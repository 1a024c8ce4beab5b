export * from 'ora'
