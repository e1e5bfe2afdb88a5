import { describe, expect, it } from '@jest/globals';
import { checkIndex, checkLinks } from '../src/links.js';
import { anchorsOf } from '../src/markdown.js';

const other = '# Other page\n\n## `run()` and its `options`\n\n## Same\n\n## Same\n\n<a id="by-hand"></a>\n';

function check(line: string): string[] {
  const pages = new Map([
    ['docs/page.md', `# Page\n\n${line}\n`],
    ['docs/sub/other.md', other],
  ]);
  return checkLinks(pages, (file) => file === 'LICENSE' || file === 'docs/sub').map(({ message }) => message);
}

describe('anchorsOf', () => {
  it('makes the anchors that GitHub makes', () => {
    expect([...anchorsOf(other)]).toEqual(['other-page', 'run-and-its-options', 'same', 'same-1', 'by-hand']);
  });

  it('takes no comment in a code block for a heading', () => {
    expect([...anchorsOf('```sh\n# not a heading\n```\n')]).toEqual([]);
  });
});

describe('checkLinks', () => {
  it.each([
    ['[page](sub/other.md)'],
    ['[file](../LICENSE "with a title")'],
    ['[folder](sub/)'],
    ['[anchor](sub/other.md#run-and-its-options)'],
    ['[second of its name](sub/other.md#same-1)'],
    ['[here](#page)'],
    ['[web](https://example.org/nothing#at-all)'],
    ['[reference]: sub/other.md#by-hand'],
    ['`[code](nowhere.md)`'],
    ['<!-- [comment](nowhere.md) -->'],
  ])('accepts %s', (line) => {
    expect(check(line)).toEqual([]);
  });

  it.each([
    ['[absent](absent.md)', 'does not exist'],
    ['![absent](picture.png)', 'does not exist'],
    ['[anchor](sub/other.md#absent)', 'no anchor "absent"'],
    ['[here](#absent)', 'no anchor "absent"'],
    ['[outside](../../elsewhere.md)', 'leaves the repository'],
    ['[rooted](/docs/page.md)', 'relative'],
    ['[empty]()', 'empty link'],
    ['[reference]: absent.md', 'does not exist'],
    ['<img src="absent.png">', 'does not exist'],
  ])('refuses %s', (line, message) => {
    expect(check(line)).toEqual([expect.stringContaining(message)]);
  });
});

describe('checkIndex', () => {
  it('finds the page that no index has, and takes the indexes of folders for its own', () => {
    const pages = new Map([
      ['README.md', '[page](docs/lonely.md)'],
      ['docs/index.md', '[page](page.md#anchor), [folder](sub/index.md)'],
      ['docs/page.md', '[lonely](lonely.md)'],
      ['docs/lonely.md', ''],
      ['docs/sub/index.md', '[page](page.md)'],
      ['docs/sub/page.md', ''],
    ]);
    expect(checkIndex(pages, 'docs/index.md').map(({ file }) => file)).toEqual(['docs/lonely.md']);
  });
});
