import t from 'tap';
import { countOutcomes, decideByVerdict, outcomeOf } from '../../src/evaluation/outcome.js';
import { measureErrors } from '../../src/evaluation/presentation-errors.js';
import { attack, bonaFide } from './made-samples.js';

t.test('the first finding determines the outcome', async (t) => {
  t.equal(outcomeOf(bonaFide('a', 0.9)), 'accepted');
  t.equal(outcomeOf(bonaFide('a', 0.1, ['attack'])), 'attack');
  t.equal(outcomeOf(bonaFide('a', 0.6, ['not-judgeable'])), 'asked-again');
  t.equal(outcomeOf(bonaFide('a', 0.6, ['not-judgeable', 'attack'])), 'asked-again');
  t.equal(outcomeOf(bonaFide('a', 0.6, ['face-too-small', 'not-judgeable'])), 'refused', 'another condition has precedence');
  t.equal(outcomeOf(bonaFide('a', null, ['face-not-found'])), 'refused', 'a picture without a face was measured');
  t.equal(outcomeOf({ ...bonaFide('a', null, ['image-unreadable']), reason: 'unreadable: text' }), 'no-response');
});

const samples = [
  { ...bonaFide('a', 0.9), source: 'home' },
  { ...bonaFide('b', 0.6, ['not-judgeable']), source: 'home' },
  { ...bonaFide('c', 0.1, ['attack']), source: 'home' },
  { ...bonaFide('d', 0.9, ['face-angle']), source: 'office' },
  { ...attack('e', 'print', 0.9, []), source: 'home' },
  { ...attack('f', 'print', 0.1), source: 'home' },
  { ...attack('g', 'print', 0.7, ['not-judgeable']), source: 'office' },
  { ...attack('h', 'print', 0.3, ['not-judgeable']), source: 'office' },
  { ...attack('i', 'replay', 0.1), source: 'office' },
  { ...attack('j', 'replay', null, ['image-unreadable']), source: 'office', reason: 'unreadable' },
];

t.test('outcomes by species and source, counted by hand', async (t) => {
  const { species, attack: attacks, bonaFide: live, sources } = countOutcomes(samples);
  t.match(species, [
    {
      name: 'print',
      presentations: 4,
      shares: { accepted: { count: 1, of: 4 }, attack: { count: 1 }, 'asked-again': { count: 2 }, refused: { count: 0 } },
    },
    { name: 'replay', shares: { accepted: { count: 0, of: 2 }, attack: { count: 1 }, 'no-response': { count: 1 } } },
  ]);
  t.match(attacks.shares, { accepted: { count: 1, of: 6 }, 'asked-again': { count: 2, of: 6 } });
  t.match(live.shares, {
    accepted: { count: 1, of: 4 },
    attack: { count: 1 },
    'asked-again': { count: 1 },
    refused: { count: 1 },
    'no-response': { count: 0 },
  });
  t.match(sources, [
    { source: 'home', bonaFide: { presentations: 3, shares: { 'asked-again': { count: 1, of: 3 } } } },
    { source: 'office', attack: { presentations: 4, shares: { 'asked-again': { count: 2, of: 4 } } } },
  ]);
  for (const { shares, presentations } of [attacks, live])
    t.equal(
      Object.values(shares).reduce((sum, { count }) => sum + count, 0),
      presentations,
      'every presentation has one outcome',
    );
});

t.test('asked again is a non-response of the whole verdict', async (t) => {
  const errors = measureErrors(samples, decideByVerdict);
  t.match(errors.species[0], { species: 'print', apcer: { count: 1, of: 2 }, nonResponse: { count: 2, of: 4 } });
  t.match(errors.bonaFide, { bpcer: { count: 1, of: 2 }, nonResponse: { count: 2, of: 4 }, refused: { count: 3, of: 4 } });
});
