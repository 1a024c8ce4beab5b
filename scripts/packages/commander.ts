export * from 'commander'
