-- AlterTable
ALTER TABLE "datasets" ADD COLUMN     "digest" TEXT,
ADD COLUMN     "event_seq" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "files_removed_at" TIMESTAMPTZ(3),
ADD COLUMN     "parent_id" TEXT,
ADD COLUMN     "parts" TEXT[],
ADD COLUMN     "targets" JSONB,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "dataset_digest" TEXT;

-- CreateTable
CREATE TABLE "dataset_events" (
    "id" TEXT NOT NULL,
    "dataset_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dataset_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "dataset_events_dataset_id_seq_key" ON "dataset_events"("dataset_id", "seq");

-- CreateIndex
CREATE INDEX "datasets_parent_id_idx" ON "datasets"("parent_id");

-- CreateIndex
CREATE INDEX "datasets_parts_idx" ON "datasets" USING GIN ("parts");

-- AddForeignKey
ALTER TABLE "dataset_events" ADD CONSTRAINT "dataset_events_dataset_id_fkey" FOREIGN KEY ("dataset_id") REFERENCES "datasets"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Every data set so far is made of its own upload, and the files of those that were deleted went with them.
UPDATE "datasets" SET "parts" = ARRAY["id"];
UPDATE "datasets" SET "files_removed_at" = "deleted_at" WHERE "deleted_at" IS NOT NULL;
