export { getDomain } from 'tldts'
