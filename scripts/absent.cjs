// Takes the place of modules that the packages inside the program load but never use there (build.mjs). It takes what they do with them
// while they load; any use after that throws.
const absent = Object.assign(() => absent, { add: () => absent, set: () => absent, tlds: () => absent })
module.exports = absent
