import { itFinds, itLetsPass, lines } from '../codeCases';

const user = lines('export interface User {', '  id: number;', '  name: string;', '}');
const userToo = lines('export interface User {', '  id: number;', '  email: string;', '}');
const base = { 'src/main.ts': 'export const one = 1;\n' };
const shared = lines(
  'export interface Account {',
  '  id: number;',
  '  name: string;',
  '  owner: string;',
  '  since: number;',
  '}',
  '',
  "export type Level = 'low' | 'high';",
);
const withFirst = shared.replace('{\n', '{\n  region: string;\n');
const withLast = shared.replace('  since: number;', '  since: number;\n  budget: number;');

describe('hazard type: TypeScript', () => {
  itFinds('type', [
    {
      name: 'an interface of one name in two files',
      base,
      a: { 'src/api/types.ts': user },
      b: { 'src/models/user.ts': userToo },
      file: 'src/api/types.ts',
      line: 'User',
      says: 'a declares the interface `User` in src/api/types.ts, b another in src/models/user.ts.',
    },
    {
      name: 'a class of one name in two files',
      base,
      a: { 'src/a/session.ts': lines('export class Session {', '  close() {}', '}') },
      b: {
        'src/b/session.ts': lines('export class Session {', '  close(now: boolean) {', '    return now;', '  }', '}'),
      },
      file: 'src/a/session.ts',
      line: 'Session',
      says: 'the class `Session`',
    },
    {
      name: 'an enumeration of one name in two files',
      base,
      a: { 'src/errors.ts': lines('export enum ErrorCode {', '  NotFound,', '}') },
      b: { 'src/codes.ts': lines('export enum ErrorCode {', '  NotFound,', '  Denied,', '}') },
      file: 'src/errors.ts',
      line: 'ErrorCode',
      says: 'the enum `ErrorCode`',
    },
    {
      name: 'an alias of one name in two files',
      base,
      a: { 'src/ids.ts': 'export type UserId = string;\n' },
      b: { 'src/keys.ts': 'export type UserId = number;\n' },
      file: 'src/ids.ts',
      line: 'UserId',
      says: 'the type `UserId`',
    },
    {
      name: 'an interface here and an alias there',
      base,
      a: { 'src/api/types.ts': user },
      b: { 'src/models/user.ts': lines('export type User = {', '  id: number;', '};') },
      file: 'src/api/types.ts',
      line: 'User',
      says: '`User`',
    },
    {
      name: 'one is added to a file that was there',
      base,
      a: { 'src/main.ts': `export const one = 1;\n\n${user}` },
      b: { 'src/user.ts': userToo },
      file: 'src/main.ts',
      line: 'User',
      says: '`User`',
    },
    {
      name: 'in one package of a workspace',
      base,
      a: { 'packages/core/src/a.ts': user },
      b: { 'packages/core/src/b/c.ts': userToo },
      file: 'packages/core/src/a.ts',
      line: 'User',
      says: '`User`',
    },
    {
      name: 'both ask for one more field of a shared type',
      base: { 'src/account.ts': shared },
      a: { 'src/account.ts': withFirst },
      b: { 'src/account.ts': withLast },
      file: 'src/account.ts',
      line: 'Account',
      says: 'Both change the shared type `Account`: a adds `region`, b adds `budget`.',
    },
    {
      name: 'one takes a field away, the other changes one',
      base: { 'src/account.ts': shared },
      a: { 'src/account.ts': shared.replace('  id: number;\n', '') },
      b: { 'src/account.ts': shared.replace('since: number', 'since: string') },
      file: 'src/account.ts',
      line: 'Account',
      says: 'a removes `id`, b changes `since`',
    },
    {
      name: 'both take an alternative out of a shared type',
      base: { 'src/mode.ts': lines('export type Mode =', "  | 'a'", "  | 'b'", "  | 'c'", "  | 'd';") },
      a: { 'src/mode.ts': lines('export type Mode =', "  | 'b'", "  | 'c'", "  | 'd';") },
      b: { 'src/mode.ts': lines('export type Mode =', "  | 'a'", "  | 'b'", "  | 'd';") },
      file: 'src/mode.ts',
      line: 'Mode',
      says: "a takes `'a'` out of it, b takes `'c'` out of it",
    },
    {
      name: 'both change what it takes to make a shared enumeration: one removes, one gives another value',
      base: {
        'src/code.ts': lines('export enum Code {', '  Ok = 1,', '  Missing = 2,', '  Denied = 3,', '  Gone = 4,', '}'),
      },
      a: { 'src/code.ts': lines('export enum Code {', '  Missing = 2,', '  Denied = 3,', '  Gone = 4,', '}') },
      b: {
        'src/code.ts': lines('export enum Code {', '  Ok = 1,', '  Missing = 2,', '  Denied = 3,', '  Gone = 5,', '}'),
      },
      file: 'src/code.ts',
      line: 'Code',
      says: 'a removes `Ok`, b changes `Gone`',
    },
    {
      name: 'both give one value of a shared enumeration to something new',
      base: { 'src/code.ts': lines('export enum Code {', '  Ok = 1,', '  Missing = 2,', '  Denied = 3,', '}') },
      a: {
        'src/code.ts': lines('export enum Code {', '  Late = 4,', '  Ok = 1,', '  Missing = 2,', '  Denied = 3,', '}'),
      },
      b: {
        'src/code.ts': lines('export enum Code {', '  Ok = 1,', '  Missing = 2,', '  Denied = 3,', '  Gone = 4,', '}'),
      },
      file: 'src/code.ts',
      line: 'Code',
      says: 'a gives `4` to `Late`, b gives `4` to `Gone`',
    },
  ]);
});

describe('no hazard type: TypeScript', () => {
  itLetsPass('type', [
    {
      name: 'types of different names',
      base,
      a: { 'src/a.ts': user },
      b: { 'src/b.ts': userToo.replace('User', 'Account') },
    },
    {
      name: 'one name for a type and a function',
      base,
      a: { 'src/a.ts': user },
      b: { 'src/b.ts': 'export function User() {}\n' },
    },
    {
      name: 'one name for a class and an enumeration',
      base,
      a: { 'src/a.ts': 'export class Level {}\n' },
      b: { 'src/b.ts': 'export enum Level { Low }\n' },
    },
    {
      name: 'only one of them can be used elsewhere',
      base,
      a: { 'src/a.ts': user },
      b: { 'src/b.ts': userToo.replace('export ', '') },
    },
    {
      name: 'every component has its Props',
      base,
      a: { 'src/A.tsx': 'export interface Props { id: string }\n' },
      b: { 'src/B.tsx': 'export interface Props { id: string; name: string }\n' },
    },
    {
      name: 'in two packages of a workspace',
      base,
      a: { 'packages/core/src/user.ts': user },
      b: { 'packages/web/src/user.ts': userToo },
    },
    {
      name: 'they have nothing in common but the name',
      base,
      a: { 'src/draw/line.ts': lines('export interface Line {', '  from: number;', '  to: number;', '}') },
      b: { 'src/orders/line.ts': lines('export interface Line {', '  product: string;', '  price: number;', '}') },
    },
    {
      name: 'they are the same, and either can stand for the other',
      base,
      a: { 'src/a.ts': user },
      b: { 'src/b.ts': user.replace('id: number;', '/** Of the table. */ id: number;') },
    },
    {
      name: 'an alias with a name of one word',
      base,
      a: { 'src/ask.ts': 'export type Answer = string;\n' },
      b: { 'src/tell.ts': 'export type Answer = number;\n' },
    },
    {
      name: 'one is moved, and was there before',
      base: { ...base, 'src/user.ts': user },
      a: { 'src/user.ts': null, 'src/models/user.ts': user },
      b: { 'src/account.ts': 'export interface Account { id: number }\n' },
    },
    {
      name: 'both add the same file',
      base,
      a: { 'src/user.ts': user },
      b: { 'src/user.ts': user, 'src/other.ts': 'export const two = 2;\n' },
    },
    {
      name: 'types of tests',
      base,
      a: { 'src/a.test.ts': user },
      b: { 'test/b.ts': userToo },
    },
    {
      name: 'both add fields that may be left out to a shared type',
      base: { 'src/account.ts': shared },
      a: { 'src/account.ts': withFirst.replace('region:', 'region?:') },
      b: { 'src/account.ts': withLast.replace('budget:', 'budget?:') },
    },
    {
      name: 'only one of them asks for more',
      base: { 'src/account.ts': shared },
      a: { 'src/account.ts': withFirst },
      b: { 'src/account.ts': withLast.replace('budget:', 'budget?:') },
    },
    {
      name: 'they change two types of one file',
      base: { 'src/account.ts': shared },
      a: { 'src/account.ts': withFirst },
      b: { 'src/account.ts': shared.replace("'low' | 'high'", "'low' | 'mid'") },
    },
    {
      name: 'both add members to a shared enumeration',
      base: {
        'src/code.ts': lines(
          'export enum Code {',
          "  Ok = 'ok',",
          "  Missing = 'missing',",
          "  Denied = 'denied',",
          '}',
        ),
      },
      a: {
        'src/code.ts': lines(
          'export enum Code {',
          "  Late = 'late',",
          "  Ok = 'ok',",
          "  Missing = 'missing',",
          "  Denied = 'denied',",
          '}',
        ),
      },
      b: {
        'src/code.ts': lines(
          'export enum Code {',
          "  Ok = 'ok',",
          "  Missing = 'missing',",
          "  Denied = 'denied',",
          "  Gone = 'gone',",
          '}',
        ),
      },
    },
    {
      name: 'both add methods to one class',
      base: { 'src/list.ts': lines('export class List {', '  one() {}', '', '  two() {}', '}') },
      a: { 'src/list.ts': lines('export class List {', '  zero() {}', '', '  one() {}', '', '  two() {}', '}') },
      b: { 'src/list.ts': lines('export class List {', '  one() {}', '', '  two() {}', '', '  three() {}', '}') },
    },
  ]);
});
