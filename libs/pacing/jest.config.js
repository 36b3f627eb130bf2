export default { displayName: 'pacing', preset: '../../jest.preset.js' };
