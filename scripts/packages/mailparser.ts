export * from 'mailparser'
