import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './kernel/ui/global.css';
import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { startTexts } from './kernel/i18n/index.ts';
import { startSignIn } from './kernel/token.ts';

// A content security policy without 'unsafe-eval' forbids the functions zod would otherwise compile.
z.config({ jitless: true });
startTexts();
startSignIn();

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
