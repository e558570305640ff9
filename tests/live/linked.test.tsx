import { MantineProvider } from '@mantine/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { pathOf } from '../../client/kernel/api.ts';
import { Linked } from '../../client/live/chat/linked.tsx';

const htmlOf = (text: string): string =>
  renderToStaticMarkup(
    <MantineProvider>
      <Linked text={text} />
    </MantineProvider>,
  ).replace(/<style[^]*?<\/style>/g, '');
const linksOf = (text: string): string[] =>
  [...htmlOf(text).matchAll(/href="([^"]*)"/g)].map((match) => match[1] as string);

describe('a chat line', () => {
  it('has links to web addresses, and to nothing that runs', () => {
    expect(linksOf('see https://school.example/a?b=1, and http://x.example.')).toEqual([
      'https://school.example/a?b=1',
      'http://x.example',
    ]);
    for (const text of [
      'javascript:alert(1)',
      'JavaScript:alert(1)//http:x',
      'data:text/html,<script>alert(1)</script>',
      'vbscript:x',
      'file:///etc/passwd',
      '//evil.example',
    ])
      expect(linksOf(text)).toEqual([]);
    expect(linksOf('https://a.example/"onclick="alert(1)')).toEqual(['https://a.example/']);
  });

  it('shows markup of any kind as it was typed', () => {
    const html = htmlOf('<b onclick=x>**bold**</b> [url=x]y[/url] {{7*7}} <style>a{}</style>');
    expect(html).toContain(
      '&lt;b onclick=x&gt;**bold**&lt;/b&gt; [url=x]y[/url] {{7*7}} &lt;style&gt;a{}&lt;/style&gt;',
    );
  });
});

describe('the address of a call', () => {
  it('holds what is put into it as one piece of the path, or one value of the query', () => {
    const params = { userId: '../admin?x=1#y/%2e' };
    expect(pathOf('/people/:userId/roles', { params })).toBe('/people/..%2Fadmin%3Fx%3D1%23y%2F%252e/roles');
    const query = { q: 'a&role=admin#', cursor: undefined, limit: 5 };
    expect(pathOf('/people', { query })).toBe('/people?q=a%26role%3Dadmin%23&limit=5');
  });
});
