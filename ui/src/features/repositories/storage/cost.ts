/** Prices of storage in US dollars per GB and month. */
interface StoragePrices {
  readonly standard: number;
  readonly archive: number;
}

/**
 * Source: the price list of Amazon ECR for us-east-1 of 2026-09-11: standard and archive storage $0.10, archive storage
 * above 150 TB $0.07.
 */
export const listPrices: StoragePrices = { standard: 0.1, archive: 0.1 };
const largeArchivePrice = 0.07;
const largeArchiveBytes = 150e12;

const GB = 1e9;

/** What an amount of storage costs in a month, in US dollars. */
interface StorageCost {
  readonly standard: number;
  readonly archive: number;
}

export function storageCost(
  standardBytes: number,
  archivedBytes: number,
  prices: StoragePrices,
): StorageCost {
  return {
    standard: (standardBytes / GB) * prices.standard,
    archive: (archivedBytes / GB) * prices.archive,
  };
}

const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });

/** Formats dollars: `$5.23`, `< $0.01`. */
export function formatCost(cost: number): string {
  return cost > 0 && cost < 0.005 ? "< $0.01" : dollars.format(cost);
}

/** What archive storage changes about the bill, in words. */
export function archiveAdvice(archivedBytes: number, prices: StoragePrices): string {
  if (prices.archive < prices.standard) {
    const saved = (archivedBytes / GB) * (prices.standard - prices.archive);
    return `Archive storage saves ${formatCost(saved)} a month here. Each image stays at least 90 days, and restoring costs $0.03 per GB.`;
  }
  const large =
    archivedBytes > largeArchiveBytes
      ? ` Above 150 TB, AWS charges $${largeArchivePrice} per GB: enter the price of your invoice.`
      : "";
  return `Archive saves nothing here: it costs as much as standard storage below 150 TB.${large}`;
}
