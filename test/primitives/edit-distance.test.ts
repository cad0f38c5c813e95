import { editDistance } from '../../src/primitives/edit-distance.js';

describe('the distance of two words', () => {
  it.each([
    ['name', 'name', 0],
    ['nmae', 'name', 1],
    ['nam', 'name', 1],
    ['names', 'name', 1],
    ['nome', 'name', 1],
    ['', 'name', 4],
    ['tenant', 'reseller', 7],
    ['cspsubscripton', 'cspsubscription', 1],
  ])('%j and %j is %s', (left, right, distance) => {
    expect([editDistance(left, right), editDistance(right, left)]).toEqual([distance, distance]);
  });
});
