/** Starts the console. */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './base.css';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element with the id root.');
createRoot(root).render(<App />);
