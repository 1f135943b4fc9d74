import { describe, expect, it } from 'vitest';
import { firstUnusable } from './request-text.js';

describe('firstUnusable', () => {
  it('accepts what can be stored', () => {
    expect(
      firstUnusable({ name: 'Zürich 😀', tags: ['a', null, 1], spec: { layers: [{ units: 10 }] } }),
    ).toBeUndefined();
  });

  it('points at a text with NUL', () => {
    expect(firstUnusable({ tags: ['fine', 'a\0b'] })?.pointer).toBe('/tags/1');
  });

  it('points at half a surrogate pair, and escapes the pointer', () => {
    expect(firstUnusable({ 'a/b~': { name: '\ud800' } })?.pointer).toBe('/a~1b~0/name');
  });

  it('points at the object that has a field name with NUL', () => {
    expect(firstUnusable({ spec: { 'a\0': 1 } })?.pointer).toBe('/spec');
  });

  it('refuses 100,000 levels of nesting without a deep stack', () => {
    const body: unknown = JSON.parse(`{"spec":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(firstUnusable(Object(body))?.detail).toMatch(/nesting/);
  });

  it('refuses an array of 100,000 items', () => {
    expect(firstUnusable({ tags: new Array(100_000).fill('a') })).toEqual({
      pointer: '/tags',
      detail: 'Expected at most 65536 items.',
    });
  });
});
