export { simpleParser } from 'mailparser'
