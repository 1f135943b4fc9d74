-- CreateEnum
CREATE TYPE "EndpointRole" AS ENUM ('move', 'traffic', 'shadow');

-- Count and sum of the revisions tell of every change: a row that changes gets one that is larger than all before.
CREATE SEQUENCE endpoint_revisions;

-- AlterTable
ALTER TABLE "endpoints" ADD COLUMN     "batch_exact" BOOLEAN,
ADD COLUMN     "last_move" JSONB,
ADD COLUMN     "revision" BIGINT NOT NULL DEFAULT nextval('endpoint_revisions'::regclass),
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}';

CREATE FUNCTION revise_endpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.revision := nextval('endpoint_revisions'::regclass);
  RETURN NEW;
END
$$;

CREATE TRIGGER revise_endpoint BEFORE UPDATE ON "endpoints" FOR EACH ROW EXECUTE FUNCTION revise_endpoint();

-- CreateTable
CREATE TABLE "endpoint_uses" (
    "endpoint_id" TEXT NOT NULL,
    "role" "EndpointRole" NOT NULL,
    "checkpoint_id" TEXT NOT NULL,
    "share" DOUBLE PRECISION,
    "ready" BOOLEAN NOT NULL DEFAULT false,
    "since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "endpoint_uses_pkey" PRIMARY KEY ("endpoint_id","role")
);

-- CreateTable
CREATE TABLE "endpoint_counts" (
    "endpoint_id" TEXT NOT NULL,
    "checkpoint_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "endpoint_counts_pkey" PRIMARY KEY ("endpoint_id","checkpoint_id","kind")
);

-- CreateTable
CREATE TABLE "endpoint_latencies" (
    "endpoint_id" TEXT NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "bucket" INTEGER NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "endpoint_latencies_pkey" PRIMARY KEY ("endpoint_id","minute","bucket")
);

-- CreateTable
CREATE TABLE "endpoint_agreements" (
    "endpoint_id" TEXT NOT NULL,
    "checkpoint_id" TEXT NOT NULL,
    "shadow_id" TEXT NOT NULL,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "images" BIGINT NOT NULL DEFAULT 0,
    "agreed" BIGINT NOT NULL DEFAULT 0,
    "values" BIGINT NOT NULL DEFAULT 0,
    "difference_sum" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "difference_max" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "dropped" BIGINT NOT NULL DEFAULT 0,
    "failed" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "endpoint_agreements_pkey" PRIMARY KEY ("endpoint_id","checkpoint_id","shadow_id")
);

-- CreateTable
CREATE TABLE "inference_servers" (
    "id" TEXT NOT NULL,
    "loaded" JSONB NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "inference_servers_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "endpoint_uses_checkpoint_id_idx" ON "endpoint_uses"("checkpoint_id");

-- CreateIndex
CREATE INDEX "endpoint_latencies_minute_idx" ON "endpoint_latencies"("minute");

-- AddForeignKey
ALTER TABLE "endpoint_uses" ADD CONSTRAINT "endpoint_uses_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_uses" ADD CONSTRAINT "endpoint_uses_checkpoint_id_fkey" FOREIGN KEY ("checkpoint_id") REFERENCES "checkpoints"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_counts" ADD CONSTRAINT "endpoint_counts_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_latencies" ADD CONSTRAINT "endpoint_latencies_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "endpoint_agreements" ADD CONSTRAINT "endpoint_agreements_endpoint_id_fkey" FOREIGN KEY ("endpoint_id") REFERENCES "endpoints"("id") ON DELETE CASCADE ON UPDATE CASCADE;
