/** Lets routes draw pictures as `app.pictures`, and ends the thread that does it with the server. */
import plugin from 'fastify-plugin';
import { PictureMaker } from '../pictures/picture-maker.js';

declare module 'fastify' {
  interface FastifyInstance {
    pictures: PictureMaker;
  }
}

export const pictures = plugin(
  async (app) => {
    const maker = new PictureMaker();
    app.decorate('pictures', maker);
    app.addHook('onClose', () => maker.close());
  },
  { name: 'pictures', fastify: '5.x' },
);
