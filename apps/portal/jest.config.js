export default { displayName: 'portal', preset: '../../jest.preset.js' };
