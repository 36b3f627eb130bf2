export default { displayName: 'dynamics-writer', preset: '../../jest.preset.js' };
