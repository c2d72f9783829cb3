import type { Finding, SideFacts } from '../../parts';
import { type Dependencies, isOwn, type ManifestChange } from './changes';
import { together } from './together';
import type { Ecosystem } from './versions';

/** Packages of which a project wants one. What is often used side by side is not here. */
const table: Readonly<Partial<Record<Ecosystem, Readonly<Record<string, readonly string[]>>>>> = {
  npm: {
    'functions on data': ['lodash', 'lodash-es', 'underscore', 'ramda', 'remeda', 'rambda'],
    dates: ['moment', 'dayjs', 'date-fns', 'luxon', '@js-joda/core'],
    'HTTP requests': [
      'axios',
      'got',
      'node-fetch',
      'superagent',
      'request',
      'ky',
      'undici',
      'cross-fetch',
      'isomorphic-fetch',
    ],
    validation: ['zod', 'yup', 'joi', 'valibot', 'superstruct', 'io-ts', 'runtypes', 'arktype'],
    state: ['redux', '@reduxjs/toolkit', 'zustand', 'mobx', 'jotai', 'recoil', 'valtio'],
    forms: ['react-hook-form', 'formik', 'final-form', '@tanstack/react-form'],
    'the data of servers': ['@tanstack/react-query', 'react-query', 'swr'],
    'styles in code': ['styled-components', '@emotion/styled', '@stitches/react', '@vanilla-extract/css'],
    'class names': ['classnames', 'clsx'],
    tests: ['jest', 'vitest', 'mocha', 'ava', 'jasmine', 'tap'],
    'tests in browsers': ['cypress', 'playwright', '@playwright/test', 'testcafe', 'nightwatch'],
    logging: ['winston', 'pino', 'bunyan', 'log4js', 'loglevel', 'signale'],
    identifiers: ['uuid', 'nanoid', 'cuid', 'ulid', '@paralleldrive/cuid2'],
    'database access': [
      'prisma',
      '@prisma/client',
      'typeorm',
      'sequelize',
      'drizzle-orm',
      'mikro-orm',
      '@mikro-orm/core',
      'objection',
    ],
    'command lines': ['commander', 'yargs', 'minimist', 'meow', 'cac', 'arg'],
    'colours in terminals': ['chalk', 'kleur', 'picocolors', 'colorette', 'ansi-colors', 'colors'],
    'web servers': ['express', 'fastify', 'koa', '@hapi/hapi', 'hono', 'restify'],
    'password hashes': ['bcrypt', 'bcryptjs', 'argon2'],
    'job queues': ['bull', 'bullmq', 'bee-queue', 'agenda'],
    internationalisation: ['i18next', 'react-intl', '@lingui/core', 'vue-i18n'],
    charts: ['chart.js', 'recharts', 'victory', 'echarts', 'highcharts', 'apexcharts'],
    'dotenv files': ['dotenv', 'dotenv-flow', 'env-cmd'],
  },
  python: {
    'HTTP requests': ['requests', 'httpx', 'aiohttp', 'urllib3', 'httplib2'],
    dates: ['arrow', 'pendulum', 'maya', 'delorean'],
    validation: ['pydantic', 'marshmallow', 'cerberus', 'voluptuous', 'schematics'],
    'web servers': ['flask', 'django', 'fastapi', 'starlette', 'sanic', 'tornado', 'bottle', 'falcon'],
    'database access': ['sqlalchemy', 'peewee', 'tortoise-orm', 'pony', 'sqlmodel'],
    'command lines': ['click', 'typer', 'docopt', 'fire'],
    logging: ['loguru', 'structlog'],
    'data frames': ['pandas', 'polars', 'dask', 'vaex'],
    'job queues': ['celery', 'rq', 'dramatiq', 'huey', 'arq'],
    PostgreSQL: ['psycopg2', 'psycopg2-binary', 'psycopg', 'asyncpg', 'pg8000'],
    'dotenv files': ['python-dotenv', 'environs', 'python-decouple', 'django-environ'],
    JSON: ['orjson', 'ujson', 'simplejson', 'rapidjson'],
  },
  go: {
    routing: [
      'github.com/gorilla/mux',
      'github.com/go-chi/chi',
      'github.com/gin-gonic/gin',
      'github.com/labstack/echo',
      'github.com/gofiber/fiber',
      'github.com/julienschmidt/httprouter',
    ],
    logging: ['github.com/sirupsen/logrus', 'go.uber.org/zap', 'github.com/rs/zerolog'],
    'database access': [
      'gorm.io/gorm',
      'github.com/jmoiron/sqlx',
      'entgo.io/ent',
      'github.com/uptrace/bun',
      'xorm.io/xorm',
    ],
    'command lines': ['github.com/spf13/cobra', 'github.com/urfave/cli', 'github.com/alecthomas/kong'],
    settings: [
      'github.com/spf13/viper',
      'github.com/knadh/koanf',
      'github.com/kelseyhightower/envconfig',
      'github.com/caarlos0/env',
    ],
    PostgreSQL: ['github.com/lib/pq', 'github.com/jackc/pgx'],
  },
  cargo: {
    'HTTP requests': ['reqwest', 'ureq', 'isahc', 'surf', 'attohttpc'],
    'web servers': ['actix-web', 'axum', 'rocket', 'warp', 'tide', 'poem'],
    dates: ['chrono', 'time', 'jiff'],
    'errors of applications': ['anyhow', 'eyre', 'color-eyre', 'failure'],
    'command lines': ['clap', 'structopt', 'argh', 'pico-args', 'gumdrop', 'lexopt'],
    'database access': ['diesel', 'sqlx', 'sea-orm'],
    'async runtimes': ['tokio', 'async-std', 'smol'],
    'lazy values': ['lazy_static', 'once_cell'],
  },
  maven: jvm(),
  gradle: jvm(),
  ruby: {
    'HTTP requests': ['httparty', 'faraday', 'rest-client', 'typhoeus', 'http', 'excon'],
    'job queues': ['sidekiq', 'resque', 'delayed_job', 'good_job', 'que', 'solid_queue'],
    pages: ['kaminari', 'will_paginate', 'pagy'],
    permissions: ['pundit', 'cancancan', 'action_policy'],
    uploads: ['carrierwave', 'paperclip', 'shrine'],
    tests: ['rspec', 'rspec-rails', 'minitest'],
  },
  composer: {
    'HTTP requests': ['guzzlehttp/guzzle', 'symfony/http-client', 'kriswallsmith/buzz', 'rmccue/requests'],
    'database access': ['doctrine/orm', 'illuminate/database', 'propel/propel', 'cycle/orm'],
    templates: ['twig/twig', 'smarty/smarty', 'league/plates', 'latte/latte'],
    tests: ['phpunit/phpunit', 'pestphp/pest', 'codeception/codeception'],
  },
};

function jvm(): Record<string, readonly string[]> {
  return {
    JSON: [
      'com.fasterxml.jackson.core:jackson-databind',
      'com.google.code.gson:gson',
      'com.squareup.moshi:moshi',
      'com.alibaba:fastjson',
      'org.json:json',
    ],
    'HTTP requests': [
      'com.squareup.okhttp3:okhttp',
      'org.apache.httpcomponents:httpclient',
      'org.apache.httpcomponents.client5:httpclient5',
      'com.konghq:unirest-java',
    ],
    dates: ['joda-time:joda-time', 'org.threeten:threetenbp'],
    mocks: ['org.mockito:mockito-core', 'io.mockk:mockk', 'org.easymock:easymock', 'org.jmockit:jmockit'],
    assertions: ['org.assertj:assertj-core', 'org.hamcrest:hamcrest', 'com.google.truth:truth'],
    'database changes': ['org.flywaydb:flyway-core', 'org.liquibase:liquibase-core'],
    caches: ['com.github.ben-manes.caffeine:caffeine', 'org.ehcache:ehcache', 'net.sf.ehcache:ehcache'],
  };
}

/** Two packages for one job, one added by each side, where the project had neither. */
export function oneJob(a: SideFacts, b: SideFacts, ours: Dependencies, theirs: Dependencies): Finding[] {
  const findings: Finding[] = [];
  const [mine, foreign] = [newIn(ours, theirs), newIn(theirs, ours)];
  for (const one of mine) {
    const other = foreign.find(
      (found) =>
        found.job === one.job &&
        found.name !== one.name &&
        !mine.some(({ name }) => name === found.name) &&
        !foreign.some(({ name }) => name === one.name) &&
        together({ manifest: one.manifest, side: ours }, { manifest: found.manifest, side: theirs }),
    );
    if (other === undefined || findings.some(({ subject }) => subject.startsWith(`job ${one.job}:`))) continue;
    const [left, right] = [one.manifest.path, other.manifest.path];
    findings.push({
      kind: 'dependency',
      subject: `job ${one.job}: ${one.name} ${other.name}`,
      message: `${a.ref} adds ${one.name} to ${left} and ${b.ref} adds ${other.name} to ${right}: two packages for one job, ${one.job}.`,
      files: left === right ? [left] : [left, right],
      line: one.line,
      at: 'a',
      prevention: '`approvedDependencies` in the plan says which package all tasks use.',
    });
  }
  return findings;
}

interface Job {
  readonly job: string;
  readonly name: string;
  readonly line: number;
  readonly manifest: ManifestChange;
}

/** What a side adds that no manifest in sight had before. */
function newIn(own: Dependencies, others: Dependencies): Job[] {
  const known = new Set(
    [...own.manifests, ...others.manifests].flatMap(({ old }) => (old?.packages ?? []).map(({ name }) => name)),
  );
  return own.manifests.flatMap((manifest) =>
    manifest.added
      .filter((one) => !known.has(one.name) && one.section !== 'indirect' && one.section !== 'overrides' && !isOwn(one))
      .flatMap(({ name, line }) => {
        const job = jobOf(manifest.ecosystem, name);
        return job === null ? [] : [{ job, name, line, manifest }];
      }),
  );
}

function jobOf(ecosystem: Ecosystem, name: string): string | null {
  // A Go module's later versions have another path.
  const bare = ecosystem === 'go' ? name.replace(/\/v\d+$/, '') : name;
  return Object.entries(table[ecosystem] ?? {}).find(([, names]) => names.includes(bare))?.[0] ?? null;
}
