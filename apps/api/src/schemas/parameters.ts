/** Path parameters. An id of the wrong form is simply not found, so only texts are asked for. */
import { Type } from 'typebox';

export const IdParams = Type.Object({ id: Type.String() });

export const EndpointParams = Type.Object({ id: Type.String({ description: 'The id or the name of the endpoint' }) });
