export default {
  testMatch: ['<rootDir>/with-jest.ts'],
  // Latchkey is an ES module, and so are these tests: Jest has to be told, and Node to be given --experimental-vm-modules.
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': './jest-transform.js' },
}
