export default { displayName: 'credentials', preset: '../../jest.preset.js' };
