export { Packet } from 'dns2'
