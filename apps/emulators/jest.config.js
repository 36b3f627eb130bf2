export default { displayName: 'emulators', preset: '../../jest.preset.js' };
