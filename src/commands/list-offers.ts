import type { Offers } from '../domain/offers.js';
import type { Caller } from '../domain/principal.js';
import { CHANNEL_KEY_NAMES, PROVIDERS, PROVIDER_NAMES } from '../domain/providers.js';
import type { SizeClass } from '../domain/size-classes.js';

/** What this caller may ask for here. */
export interface OffersView {
  /** Whom their claims are for; null for callers who name a tenant with each claim. */
  readonly tenantRef: string | null;
  /** Where a claim runs that names no region. */
  readonly defaultRegion: string;
  readonly offers: readonly { readonly sizeClass: SizeClass; readonly region: string }[];
  /** Keys that a gateway can use, the preferred ones first. */
  readonly keys: readonly KeyOffer[];
}

export interface KeyOffer {
  readonly name: string;
  readonly title: string;
  /** Whether a rotation can prove it by a live call. */
  readonly isProvable: boolean;
}

/** Tells what may be claimed, and which keys a gateway takes. It follows from the settings alone. */
export class ListOffers {
  constructor(
    private readonly offers: Offers,
    private readonly defaultRegion: string,
  ) {}

  execute({ caller }: { readonly caller: Caller }): Promise<OffersView> {
    return Promise.resolve({
      tenantRef: caller.principal.tenantRef,
      defaultRegion: this.defaultRegion,
      offers: [...this.offers.values()].map(({ key: { sizeClass, nodePool: region } }) => ({
        sizeClass,
        region,
      })),
      keys: [
        ...PROVIDER_NAMES.map((name) => ({
          ...{ name, title: PROVIDERS[name].title, isProvable: true },
        })),
        ...CHANNEL_KEY_NAMES.map((name) => ({ name, title: name, isProvable: false })),
      ],
    });
  }
}
