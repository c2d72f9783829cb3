import { itFinds, itLetsPass, lines } from '../codeCases';

const dataclass = (name: string, ...fields: string[]) =>
  lines(
    'from dataclasses import dataclass',
    '',
    '',
    '@dataclass',
    `class ${name}:`,
    ...fields.map((field) => `    ${field}`),
  );
const struct = (name: string, ...fields: string[]) =>
  lines('package model', '', `type ${name} struct {`, ...fields.map((field) => `\t${field}`), '}');
const rust = (name: string, ...fields: string[]) =>
  lines(`pub struct ${name} {`, ...fields.map((field) => `    pub ${field},`), '}');

describe('hazard type: Python, Go, Rust, Java', () => {
  itFinds('type', [
    {
      name: 'Python: a class of one name in two modules of a package',
      base: { 'app/__init__.py': '' },
      a: { 'app/user.py': dataclass('User', 'id: int', 'name: str') },
      b: { 'app/account.py': dataclass('User', 'id: int', 'email: str') },
      file: 'app/user.py',
      line: 'class User',
      says: 'a declares the class `User` in app/user.py, b another in app/account.py.',
    },
    {
      name: 'Python: both ask for one more field of a dataclass',
      base: { 'app/user.py': dataclass('User', 'id: int', 'name: str', 'role: str', 'since: int') },
      a: { 'app/user.py': dataclass('User', 'key: str', 'id: int', 'name: str', 'role: str', 'since: int') },
      b: { 'app/user.py': dataclass('User', 'id: int', 'name: str', 'role: str', 'since: int', 'email: str') },
      file: 'app/user.py',
      line: 'class User',
      says: 'a adds `key`, b adds `email`',
    },
    {
      name: 'Go: a type of one name in two files of a package',
      base: { 'model/model.go': 'package model\n' },
      a: { 'model/user.go': struct('User', 'ID int') },
      b: { 'model/account.go': struct('User', 'Email string') },
      file: 'model/user.go',
      line: 'type User',
      says: '`User`',
    },
    {
      name: 'Go: a type here, an interface there, for the package only',
      base: { 'model/model.go': 'package model\n' },
      a: { 'model/a.go': struct('options', 'ID int') },
      b: { 'model/b.go': 'package model\n\ntype options interface{ Get() int }\n' },
      file: 'model/a.go',
      line: 'type options',
      says: '`options`',
    },
    {
      name: 'Go: both change what an interface asks for',
      base: {
        'model/store.go': lines(
          'package model',
          '',
          'type Store interface {',
          '\tGet() int',
          '\tPut(x int)',
          '\tHas(x int) bool',
          '}',
        ),
      },
      a: {
        'model/store.go': lines(
          'package model',
          '',
          'type Store interface {',
          '\tOpen() error',
          '\tGet() int',
          '\tPut(x int)',
          '\tHas(x int) bool',
          '}',
        ),
      },
      b: {
        'model/store.go': lines(
          'package model',
          '',
          'type Store interface {',
          '\tGet() int',
          '\tPut(x int)',
          '\tHas(x int) bool',
          '\tClose() error',
          '}',
        ),
      },
      file: 'model/store.go',
      line: 'type Store',
      says: 'a adds `Open`, b adds `Close`',
    },
    {
      name: 'Rust: both ask for one more field of a struct',
      base: { 'src/user.rs': rust('User', 'id: u32', 'name: String', 'role: String', 'since: u32') },
      a: { 'src/user.rs': rust('User', 'key: String', 'id: u32', 'name: String', 'role: String', 'since: u32') },
      b: { 'src/user.rs': rust('User', 'id: u32', 'name: String', 'role: String', 'since: u32', 'email: String') },
      file: 'src/user.rs',
      line: 'struct User',
      says: 'a adds `key`, b adds `email`',
    },
    {
      name: 'Java: a class of one name in two files of a package',
      base: { 'src/com/example/App.java': 'package com.example;\n\npublic class App {}\n' },
      a: { 'src/com/example/App.java': 'package com.example;\n\npublic class App {}\n\nclass Helper {}\n' },
      b: { 'src/com/example/Helper.java': 'package com.example;\n\npublic class Helper {}\n' },
      file: 'src/com/example/App.java',
      line: 'Helper',
      says: '`Helper`',
    },
  ]);
});

describe('no hazard type: Python, Go, Rust, Java', () => {
  itLetsPass('type', [
    {
      name: 'Python: a model and a schema of one name',
      base: { 'app/__init__.py': '' },
      a: { 'app/models/user.py': dataclass('User', 'id: int') },
      b: { 'app/schemas/user.py': dataclass('User', 'id: int') },
    },
    {
      name: 'Python: every module has its Config',
      base: { 'app/__init__.py': '' },
      a: { 'app/a.py': dataclass('Config', 'id: int') },
      b: { 'app/b.py': dataclass('Config', 'id: int') },
    },
    {
      name: 'Go: in two packages',
      base: { 'model/model.go': 'package model\n' },
      a: { 'model/user.go': struct('User', 'ID int') },
      b: { 'api/user.go': struct('User', 'ID int').replace('package model', 'package api') },
    },
    {
      name: 'Go: both add fields to one struct',
      base: { 'model/user.go': struct('User', 'ID int', 'Name string', 'Role string', 'Since int') },
      a: { 'model/user.go': struct('User', 'Key string', 'ID int', 'Name string', 'Role string', 'Since int') },
      b: { 'model/user.go': struct('User', 'ID int', 'Name string', 'Role string', 'Since int', 'Email string') },
    },
    {
      name: 'Rust: every module has its Error',
      base: { 'src/lib.rs': '' },
      a: { 'src/a.rs': 'pub enum Error { Io }\n' },
      b: { 'src/b.rs': 'pub enum Error { Io, Parse }\n' },
    },
    {
      name: 'Rust: both add variants to an enumeration that is made by name',
      base: { 'src/code.rs': lines('pub enum Code {', '    A,', '    B,', '    C,', '    D,', '}') },
      a: { 'src/code.rs': lines('pub enum Code {', '    First,', '    A,', '    B,', '    C,', '    D,', '}') },
      b: { 'src/code.rs': lines('pub enum Code {', '    A,', '    B,', '    C,', '    D,', '    Last,', '}') },
    },
    {
      name: 'Java: in two packages',
      base: { 'src/com/example/App.java': 'package com.example;\n\npublic class App {}\n' },
      a: { 'src/com/example/a/Helper.java': 'package com.example.a;\n\npublic class Helper {}\n' },
      b: { 'src/com/example/b/Helper.java': 'package com.example.b;\n\npublic class Helper {}\n' },
    },
  ]);
});
