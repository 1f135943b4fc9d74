-- AlterTable
ALTER TABLE "jobs" ADD COLUMN     "forecast" JSONB,
ADD COLUMN     "forecast_outcome" JSONB;

