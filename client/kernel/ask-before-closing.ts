/**
 * Has the browser ask before it closes or reloads the page, whenever that would lose something. Its words are the
 * browser's own. @returns takes the question away
 */
export function askBeforeClosing(losesSomething: () => boolean): () => void {
  const ask = (event: BeforeUnloadEvent): void => {
    if (losesSomething()) event.preventDefault();
  };
  window.addEventListener('beforeunload', ask);
  return () => window.removeEventListener('beforeunload', ask);
}
