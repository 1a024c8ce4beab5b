// The version of the program, as package.json has it: for --version and for reports that name their writer.

export const VERSION = '0.1.0'
