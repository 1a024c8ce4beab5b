export { default } from 'ora'
