export * from 'dns2'
