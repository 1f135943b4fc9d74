-- AlterTable
ALTER TABLE "models" ADD COLUMN     "notes" JSONB NOT NULL DEFAULT '[]',
ADD COLUMN     "training_defaults" JSONB;

