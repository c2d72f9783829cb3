import type { PriceEntry } from '../prices';
import { anthropicPrices } from './anthropic';
import { googlePrices } from './google';
import { openaiPrices } from './openai';
import { otherPrices } from './others';

/** Day on which the table was held against its sources. */
export const tableDate = '2026-11-21';

/** Our own list of prices: what is not in it has no price until the user names one, or has the list refreshed. */
export const priceTable: readonly PriceEntry[] = [...anthropicPrices, ...openaiPrices, ...googlePrices, ...otherPrices];

/** Anthropic's and OpenAI's price of one web search, in US dollars: 10 for 1,000. */
export const webSearchPrice = 0.01;
