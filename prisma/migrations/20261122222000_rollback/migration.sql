-- AlterTable
ALTER TABLE "checkpoints" ADD COLUMN     "epoch_complete" BOOLEAN NOT NULL DEFAULT true,
ADD COLUMN     "rolled_back" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "rollback" JSONB;

