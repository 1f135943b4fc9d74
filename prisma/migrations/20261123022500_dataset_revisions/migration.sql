-- AlterTable
ALTER TABLE "datasets" ALTER COLUMN "source_key" DROP NOT NULL;
