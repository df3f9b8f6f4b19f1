import type { ListOffers } from '../../commands/list-offers.js';
import type { Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { OffersShown } from '../offer-schemas.js';

/** What the operation on offers calls. */
export interface OfferCommands {
  readonly list: Pick<ListOffers, 'execute'>;
}

/** What may be claimed, for whoever builds a form. */
export function offerEndpoints({ list }: OfferCommands): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/v1/offers',
      operationId: 'listOffers',
      scope: 'instances:read',
      summary: 'Show what may be claimed, and which keys a gateway takes',
      params: null,
      query: null,
      body: null,
      answers: { 200: { says: 'All offers.', schema: OffersShown } },
      async handle({ caller }) {
        const { tenantRef, defaultRegion, offers, keys } = await list.execute({ caller });
        const body = { tenant: tenantRef, region: defaultRegion, items: offers, keys };
        return { status: 200, body };
      },
    }),
  ];
}
