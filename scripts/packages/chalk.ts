export { Chalk, chalkStderr } from 'chalk'
